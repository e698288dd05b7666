"""What was bought together: products, their pictures, and the pairs of them."""
