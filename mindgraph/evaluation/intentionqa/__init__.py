"""IntentionQA (EMNLP Findings 2024) answered with and without what a graph states."""
