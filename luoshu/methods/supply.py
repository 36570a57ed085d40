"""Reserves in numbers: what to send where, what to hold where, whether it is enough, and who goes.

- ``dispatch``: what leaves which depot for which area when, so that waiting costs least (a bound beside every plan).
- ``min_cost_flow``: the cheapest flow on any network, to its optimum.
- ``preposition``: which stores to open and what to hold in them, over many scenarios.
- ``supply_curve``: on hand, contracted and producible against the need, hour by hour, with chances.
- ``assign_team``: the best team for a list of tasks, with the reason of every pair.

Each refuses amounts below zero, numbers that are none and needs that nothing reaches, in a sentence (ValueError).
"""

from luoshu.methods.dispatch import Dispatch, dispatch
from luoshu.methods.flow import Flow, min_cost_flow
from luoshu.methods.prepositioning import Holding, preposition
from luoshu.methods.supply_curve import HOURS, Curve, Lot, Producer, supply_curve
from luoshu.methods.team_assignment import Pair, Person, Task, Team, assign_team

__all__ = [
    "HOURS", "Curve", "Dispatch", "Flow", "Holding", "Lot", "Pair", "Person", "Producer", "Task", "Team", "assign_team",
    "dispatch", "min_cost_flow", "preposition", "supply_curve",
]  # fmt: skip
