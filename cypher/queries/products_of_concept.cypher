// Which products are bought for intentions under this concept?
// $concept: text -- the concept's name or id
// $intentions: whole = 200 -- intentions that are followed, those that fit the concept best
// $limit: whole = 20 -- rows at most
MATCH (k:Concept)
WHERE k.id = $concept OR k.name = $concept
MATCH (i:Intention)-[h:HAS_CONCEPT]->(k)
WITH i.id AS meant, max(h.probability) AS probability
ORDER BY probability DESC, meant
LIMIT $intentions
WITH collect(meant) AS ids
MATCH (j:Intention)<-[r]-(c:CoBuy)
WHERE j.id IN ids
MATCH (c)-[:HAS_PRODUCT]->(p:Product)
RETURN p.id AS id, p.title AS title, count(DISTINCT j.id) AS intentions,
    count(DISTINCT c.id) AS pairs
ORDER BY intentions DESC, pairs DESC, id
LIMIT $limit
