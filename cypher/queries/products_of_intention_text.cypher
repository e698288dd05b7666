// Which products are bought for an intention with this text?
// $text: text -- part of the intention, in upper or lower case; an empty text finds all
// $intentions: whole = 200 -- most supported intentions that are followed
// $limit: whole = 20 -- rows at most
// Scans the whole graph: there is no text index in the shared Cypher.
MATCH (i:Intention)
WHERE $text = '' OR toLower(i.text) CONTAINS toLower($text)
WITH i.id AS found, i.support AS support
ORDER BY support DESC, found
LIMIT $intentions
WITH collect(found) AS ids
MATCH (j:Intention)<-[r]-(c:CoBuy)
WHERE j.id IN ids
MATCH (c)-[:HAS_PRODUCT]->(p:Product)
RETURN p.id AS id, p.title AS title, count(DISTINCT j.id) AS intentions,
    count(DISTINCT c.id) AS pairs
ORDER BY intentions DESC, pairs DESC, id
LIMIT $limit
