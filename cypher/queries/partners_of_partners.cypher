// Which products are two co-buys away from this one, and never bought with it?
// $id: text -- the product's id
// $limit: whole = 20 -- rows at most
// The product is one of those it is bought in a pair with: what is reached by way of itself is known.
MATCH (p:Product {id: $id})<-[:HAS_PRODUCT]-(c:CoBuy)
MATCH (c)-[:HAS_PRODUCT]->(q:Product)
WITH DISTINCT q
MATCH (q)<-[:HAS_PRODUCT]-(d:CoBuy)
MATCH (d)-[:HAS_PRODUCT]->(r:Product)
WITH r, count(DISTINCT q.id) AS partners, max(CASE WHEN q.id = $id THEN 1 ELSE 0 END) AS known
WHERE known = 0
RETURN r.id AS id, r.title AS title, r.category AS category, partners
ORDER BY partners DESC, id
LIMIT $limit
