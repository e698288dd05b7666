// Which products are bought for intentions under this concept?
// $concept: text -- the concept's name or id
// $probability: real = 0.5 -- links that the concept net thinks less likely are left out
// $intentions: whole = 50 -- intentions that are followed, the most supported first
// $limit: whole = 20 -- rows at most
// A concept may have a hundred thousand intentions, so only some are followed. The constant
// group keeps the order before LIMIT, which Ladybug else drops.
MATCH (k:Concept)
WHERE k.id = $concept OR k.name = $concept
MATCH (i:Intention)-[h:HAS_CONCEPT]->(k)
WHERE h.probability >= $probability
WITH i.id AS meant, i.support AS support
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
