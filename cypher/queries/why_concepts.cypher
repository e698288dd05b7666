// Under which concepts do intentions of both products fall, besides those of their own co-buy?
// $a: text -- the id of one product
// $b: text -- the id of the other product
// $limit: whole = 20 -- rows at most
// Walks from the products to their concepts and never out of a concept, which may have a hundred
// thousand intentions. Which product a co-buy is of stands in its id, where `~` joins the two.
// `probability` is the best link of one product times the best of the other.
MATCH (p:Product)<-[:HAS_PRODUCT]-(c:CoBuy)
WHERE p.id IN [$a, $b]
WITH c.id AS pair, count(*) AS ends_found
WHERE ends_found = 1
WITH 1 AS one, collect(pair) AS ids
MATCH (d:CoBuy)-[r]->(i:Intention)
WHERE d.id IN ids
MATCH (i)-[h:HAS_CONCEPT]->(k:Concept)
WITH k, i, max(h.probability) AS probability,
    (d.id STARTS WITH (replace($a, '~', '%7E') + '~')
        OR d.id ENDS WITH ('~' + replace($a, '~', '%7E'))) AS of_a
WITH k, count(CASE WHEN of_a THEN 1 END) AS intentions_a,
    count(CASE WHEN NOT of_a THEN 1 END) AS intentions_b,
    max(CASE WHEN of_a THEN probability END) AS best_a,
    max(CASE WHEN NOT of_a THEN probability END) AS best_b
WHERE intentions_a > 0 AND intentions_b > 0
RETURN k.name AS concept, intentions_a, intentions_b, best_a * best_b AS probability, k.id AS id
ORDER BY probability DESC, intentions_a + intentions_b DESC, id
LIMIT $limit
