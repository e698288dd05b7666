// Which product has these words in its title?
// $text: text -- words that stand next to each other; an empty text finds nothing
// $most: whole = 1000 -- products that are looked at
// $limit: whole = 20 -- rows at most
// Scans the whole graph: every title is read, as this store has no text index; it finds parts of
// words too.
MATCH (p:Product)
WHERE $text <> '' AND toLower(p.title) CONTAINS toLower($text)
WITH p
ORDER BY p.title, p.id
LIMIT $most
RETURN p.title AS title, p.category AS category, p.id AS id
ORDER BY title, id
LIMIT $limit
