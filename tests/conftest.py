"""Property tests try the same examples in every run, so that a red run is due to a change and not to the dice.

``--hypothesis-profile=fresh`` throws the dice anew: that is how new examples are hunted (CONTRIBUTING.md says when).
"""

from hypothesis import settings

settings.register_profile("steady", derandomize=True)
settings.register_profile("fresh", derandomize=False)
settings.load_profile("steady")
