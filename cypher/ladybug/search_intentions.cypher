// Which intention has these words in its text?
// $text: text -- words that stand next to each other; an empty text finds nothing
// $most: whole = 1000 -- intentions that are looked at
// $limit: whole = 20 -- rows at most
// Scans the whole graph: every text is read, as this store has no text index; it finds parts of
// words too.
MATCH (i:Intention)
WHERE $text <> '' AND toLower(i.text) CONTAINS toLower($text)
WITH i
ORDER BY i.support DESC, i.id
LIMIT $most
RETURN i.text AS intention, i.support AS support, i.id AS id
ORDER BY support DESC, id
LIMIT $limit
