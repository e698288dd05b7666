"""Why products are bought together: intentions read, asked for, and sifted by cheap rules."""
