"""The decision procedure: pure functions over arrays, each with the source of its formula.

    quantiles   a quantile of a sample, the Harrell-Davis quantile of every block, least sample sizes
    intervals   Interval, Student t, the interval of a ratio of sums over rounds
    change      paired rounds: change between two arms, what the rounds left can still show
    shares      a share of requests (failures, requests above a limit) with its interval
    limits      a quantile of one arm, its round-clustered interval, its verdict against a limit
    decisions   passed, failed or inconclusive; what an inconclusive answer still needs
    looks       the planned looks and the level of each
    holm        several endpoints at once
    worth       what one of several optimizations is worth, in ms and as a ratio
    drift       trend over rounds, effect of order and place, shift of the level in mid-run
    noise       the noise floor of an A/A run
    stock       two plain Locust runs: intervals from the percentiles of their CSV files
    repeated    several plain Locust runs of each arm, their rounding included

Latencies are in milliseconds; a failed request is `inf`: never answered in time. A *level* is the two-sided
error of one interval: 0.05 gives a 95 % interval. docs/methodology.md explains the whole.
"""
