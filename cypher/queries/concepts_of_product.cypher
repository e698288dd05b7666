// Under which concepts do the intentions of this product fall?
// $id: text -- the product's id
// $probability: real = 0.5 -- links that the concept net thinks less likely are left out
// $limit: whole = 20 -- rows at most
// Walks from the product to its concepts and never out of a concept. The links are sifted after
// they are gathered: a bound beside the walk makes Ladybug read all of them.
MATCH (p:Product {id: $id})<-[:HAS_PRODUCT]-(c:CoBuy)
WITH 1 AS one, collect(c.id) AS ids
MATCH (d:CoBuy)-[r]->(i:Intention)
WHERE d.id IN ids
MATCH (i)-[h:HAS_CONCEPT]->(k:Concept)
WITH k, i, max(h.probability) AS likely, count(DISTINCT r.id) AS stated
WHERE likely >= $probability
RETURN k.name AS concept, count(*) AS intentions, sum(stated) AS statements,
    max(likely) AS probability, k.id AS id
ORDER BY intentions DESC, statements DESC, id
LIMIT $limit
