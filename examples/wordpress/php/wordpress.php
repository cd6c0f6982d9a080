<?php
// Read by Debian's wp-config.php. Keys and salts are not here: WordPress makes them and keeps them in the database.
define('DB_HOST', getenv('DB_HOST'));
define('DB_NAME', getenv('DB_NAME'));
define('DB_USER', getenv('DB_USER'));
define('DB_PASSWORD', getenv('DB_PASSWORD'));
define('DB_CHARSET', 'utf8mb4');

// The address people came by, so that another HTTP_PORT needs no change in the database.
define('WP_HOME', 'http://' . ($_SERVER['HTTP_HOST'] ?? 'localhost'));
define('WP_SITEURL', WP_HOME);

define('WP_DEFAULT_THEME', 'notebook');
define('WP_DEBUG_DISPLAY', false);
// WordPress itself comes from the image: nothing is fetched or updated at run time.
define('DISALLOW_FILE_MODS', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
