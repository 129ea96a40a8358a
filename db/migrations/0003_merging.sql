-- The index in fewer, larger merges: every transaction leaves a segment, and merging four at a time
-- copies each entry again and again, a sixth of what saving costs and growing. A search pays 10 µs
-- for each segment that is left. crisismerge must lie above automerge, or writers merge all at once.
INSERT INTO posts_fts (posts_fts, rank) VALUES ('automerge', 16);
INSERT INTO posts_fts (posts_fts, rank) VALUES ('crisismerge', 64);
