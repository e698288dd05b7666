// What is bought together with this product?
// $id: text -- the product's id
// $limit: whole = 20 -- rows at most
MATCH (p:Product {id: $id})<-[:HAS_PRODUCT]-(c:CoBuy)
MATCH (c)-[:HAS_PRODUCT]->(q:Product)
WHERE q.id <> p.id
RETURN q.id AS id, q.title AS title, c.support AS support, c.lift AS lift, c.source AS source
ORDER BY coalesce(support, 0) DESC, coalesce(lift, 0.0) DESC, id
LIMIT $limit
