// Which products are bought for an intention with this text?
// $text: text -- part of the intention, in upper or lower case; an empty text finds all
// $intentions: whole = 200 -- intentions that are followed, the most supported first
// $limit: whole = 20 -- rows at most
// Scans the whole graph: there is no text index in the shared Cypher.
// The constant group keeps the order before LIMIT, which Ladybug else drops.
MATCH (i:Intention)
WHERE $text = '' OR toLower(i.text) CONTAINS toLower($text)
WITH i.id AS found, i.support AS support
ORDER BY support DESC, found
LIMIT $intentions
WITH 1 AS one, collect(found) AS ids
MATCH (j:Intention)<-[r]-(c:CoBuy)
WHERE j.id IN ids
MATCH (c)-[:HAS_PRODUCT]->(p:Product)
WITH p, count(DISTINCT j.id) AS intentions, count(DISTINCT c.id) AS pairs
RETURN p.id AS id, p.title AS title, intentions, pairs
ORDER BY intentions DESC, pairs DESC, id
LIMIT $limit
