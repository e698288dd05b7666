"""`python -m mindgraph` is the command `mindgraph`."""

from mindgraph.cli import main

if __name__ == "__main__":
    main()
