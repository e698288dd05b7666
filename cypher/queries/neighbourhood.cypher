// Which paths lead from this product over its co-buys to intentions and concepts, for a reasoner?
// $id: text -- the product's id
// $pairs: whole = 50 -- co-buys that are followed, those bought most often first
// $limit: whole = 200 -- rows at most
// A row is a path of three hops: co-buy (its id holds both products), intention, concept. An
// intention without a concept is there too.
MATCH (p:Product {id: $id})<-[:HAS_PRODUCT]-(c:CoBuy)
WITH c.id AS followed, coalesce(c.support, 0) AS bought
ORDER BY bought DESC, followed
LIMIT $pairs
WITH 1 AS one, collect(followed) AS ids
MATCH (d:CoBuy)-[r]->(i:Intention)
WHERE d.id IN ids
OPTIONAL MATCH (i)-[h:HAS_CONCEPT]->(k:Concept)
RETURN d.id AS pair, r.relation AS relation, r.id AS statement,
    coalesce(r.typicality, r.plausibility, r.agreement) AS score, i.id AS intention,
    i.text AS text, k.id AS concept, h.probability AS probability
ORDER BY statement, coalesce(probability, 0.0) DESC, concept
LIMIT $limit
