// Written from mindgraph/graph/schema.py by `make golden`; a test fails when it is stale.
CREATE CONSTRAINT product_id IF NOT EXISTS FOR (n:Product) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT cobuy_id IF NOT EXISTS FOR (n:CoBuy) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT intention_id IF NOT EXISTS FOR (n:Intention) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT concept_id IF NOT EXISTS FOR (n:Concept) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT category_id IF NOT EXISTS FOR (n:Category) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT run_id IF NOT EXISTS FOR (n:Run) REQUIRE n.id IS UNIQUE;
CREATE INDEX concept_name IF NOT EXISTS FOR (n:Concept) ON (n.name);
CREATE INDEX category_name IF NOT EXISTS FOR (n:Category) ON (n.name);
CREATE INDEX intention_support IF NOT EXISTS FOR (n:Intention) ON (n.support);
CREATE FULLTEXT INDEX intention_text IF NOT EXISTS FOR (n:Intention) ON EACH [n.text];
CREATE FULLTEXT INDEX product_title IF NOT EXISTS FOR (n:Product) ON EACH [n.title];
