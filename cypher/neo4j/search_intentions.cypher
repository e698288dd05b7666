// Which intention has these words in its text?
// $text: text -- words that stand next to each other; an empty text finds nothing
// $most: whole = 1000 -- intentions that are looked at
// $limit: whole = 20 -- rows at most
// Asks the full-text index: whole words, those of the best score first looked at. In quotes, so that
// no word of the text is one of the index's own commands.
CALL db.index.fulltext.queryNodes('intention_text',
    '"' + replace(replace($text, '\\', ' '), '"', ' ') + '"', {limit: $most})
YIELD node
RETURN node.text AS intention, node.support AS support, node.id AS id
ORDER BY support DESC, id
LIMIT $limit
