"""People judge a sample: which claims they see, what they are asked, and how far they agree."""
