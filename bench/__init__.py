"""Speed as ratios inside one run: `make bench`, or `make bench ONLY=orgs.import`.

`__main__` prints one JSON object a line. A group module (`imports`, `scale`, `exports`) asks `worker` processes, each on a
database of its own, for seconds and bytes, and sets them against each other. Seconds stand beside the ratios; no bound
rests on them, since machines differ.
"""
