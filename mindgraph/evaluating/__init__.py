"""Does a graph help? Benchmarks answered with and without what a graph states."""

from mindgraph.evaluating.asked import intentionqa_asked
from mindgraph.evaluating.measured import Evaluation, intentionqa

__all__ = ["Evaluation", "intentionqa", "intentionqa_asked"]
