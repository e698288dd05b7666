// Which products are bought for intentions under this concept or a narrower one?
// $concept: text -- the concept's name or id
// $probability: real = 0.5 -- links that the concept net thinks less likely are left out
// $intentions: whole = 50 -- intentions that are followed, the most supported first
// $limit: whole = 20 -- rows at most
// Scans the whole graph: a broad concept may hold half of it. Five steps of the hierarchy.
// The constant group keeps the order before LIMIT, which Ladybug else drops.
MATCH (k:Concept)
WHERE k.id = $concept OR k.name = $concept
MATCH (n:Concept)-[:SUBCONCEPT_OF*0..5]->(k)
WITH 1 AS one, collect(DISTINCT n.id) AS narrower
MATCH (i:Intention)-[h:HAS_CONCEPT]->(m:Concept)
WHERE m.id IN narrower AND h.probability >= $probability
WITH DISTINCT i.id AS meant, i.support AS support
ORDER BY support DESC, meant
LIMIT $intentions
WITH 1 AS one, collect(meant) AS ids
MATCH (j:Intention)<-[r]-(c:CoBuy)
WHERE j.id IN ids
MATCH (c)-[:HAS_PRODUCT]->(p:Product)
WITH p, count(DISTINCT j.id) AS intentions, count(DISTINCT c.id) AS pairs
RETURN p.id AS id, p.title AS title, intentions, pairs
ORDER BY intentions DESC, pairs DESC, id
LIMIT $limit
