"""The face of swarmgate: `swarmgate.comparison` for locustfiles, the command `swarmgate` for all else.

The work is done in three rooms, the packages `locustfiles`, `analysis` and `mock_service`. Installed from a
wheel they lie below `rooms/`, where their names collide with nobody's; in a checkout, in its folder.
"""
