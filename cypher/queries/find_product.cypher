// Which products have this text in their title?
// $text: text -- part of the title, in upper or lower case; an empty text finds all
// $limit: whole = 20 -- rows at most
// Scans the whole graph: there is no text index in the shared Cypher.
MATCH (p:Product)
WHERE $text = '' OR toLower(p.title) CONTAINS toLower($text)
RETURN p.id AS id, p.title AS title, p.category AS category
ORDER BY title, id
LIMIT $limit
