// Which products go with this one when it is bought for an intention with this text?
// $id: text -- the product's id
// $text: text -- part of the intention, in upper or lower case; an empty text finds all
// $limit: whole = 20 -- rows at most
MATCH (p:Product {id: $id})<-[:HAS_PRODUCT]-(c:CoBuy)
MATCH (c)-[r]->(i:Intention)
WHERE $text = '' OR toLower(i.text) CONTAINS toLower($text)
WITH p, c, count(*) AS statements, max(coalesce(r.typicality, r.plausibility, r.agreement)) AS score
MATCH (c)-[:HAS_PRODUCT]->(q:Product)
WHERE q.id <> p.id
RETURN q.id AS id, q.title AS title, q.category AS category, statements, score,
    c.support AS support
ORDER BY statements DESC, coalesce(score, 0.0) DESC, coalesce(support, 0) DESC, id
LIMIT $limit
