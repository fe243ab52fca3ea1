"""The pictures of a report, drawn by matplotlib from the report alone: no figure is computed here.

    ink            colours that follow the page, a line style and a marker for each arm
    canvas         an empty drawing, and its SVG as the page takes it
    axes           axes in milliseconds, percent and rounds
    strip          an objective's interval against its limit
    distribution   which share of the requests was answered within which time
    shift          the change of every quantile
    rounds         P95 of each round
    comparison     the change of P95 of every arm, where there are many
    service        latency beside service time, in the open model
    waterfall      what each optimization is worth, from the baseline to the last arm
    timeline       latency over the course of the run

matplotlib takes a third of a second to import: nothing but the page's own module imports this package.
"""

import logging

# It would tell, among a report's warnings, of each folder that a read-only container denies to its cache.
logging.getLogger("matplotlib").setLevel(logging.ERROR)
