"""Property tests try the same examples in every run, so that a red run is due to a change and not to the dice.

``--hypothesis-profile=fresh`` throws the dice anew: that is how new examples are hunted (CONTRIBUTING.md says when).
"""

from hypothesis import HealthCheck, settings

NO_CLOCK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", NO_CLOCK, derandomize=True)
settings.register_profile("fresh", NO_CLOCK, derandomize=False)
settings.load_profile("steady")
