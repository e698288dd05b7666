// Which product has these words in its title?
// $text: text -- words that stand next to each other; an empty text finds nothing
// $most: whole = 1000 -- products that are looked at
// $limit: whole = 20 -- rows at most
// Asks the full-text index: whole words, those of the best score first looked at. In quotes, so that
// no word of the text is one of the index's own commands.
CALL db.index.fulltext.queryNodes('product_title',
    '"' + replace(replace($text, '\\', ' '), '"', ' ') + '"', {limit: $most})
YIELD node
RETURN node.title AS title, node.category AS category, node.id AS id
ORDER BY title, id
LIMIT $limit
