"""The bundled demo shop: fictitious products, orders, pictures and is-a rows."""
