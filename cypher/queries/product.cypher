// What is this product?
// $id: text -- the product's id
MATCH (p:Product {id: $id})
RETURN p.id AS id, p.title AS title, p.category AS category, p.image AS image
