"""What the files of a run mean: figures, objectives, validity, verdict, reports."""
