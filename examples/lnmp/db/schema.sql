CREATE TABLE IF NOT EXISTS planets (position TINYINT PRIMARY KEY, name VARCHAR(20) NOT NULL, moons SMALLINT NOT NULL);
INSERT IGNORE INTO planets VALUES (1, 'Mercury', 0), (2, 'Venus', 0), (3, 'Earth', 1), (4, 'Mars', 2), (5, 'Jupiter', 97), (6, 'Saturn', 274), (7, 'Uranus', 29), (8, 'Neptune', 16);
CREATE TABLE IF NOT EXISTS visits (id BIGINT AUTO_INCREMENT PRIMARY KEY, seen TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
