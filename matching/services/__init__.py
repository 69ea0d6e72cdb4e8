"""Every change in matching: runs, review, release, answers. Pages, API and tasks are doors to these."""
