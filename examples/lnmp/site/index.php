<?php
declare(strict_types=1);

$dsn = sprintf('mysql:host=%s;dbname=%s;charset=utf8mb4', getenv('DB_HOST'), getenv('DB_NAME'));
$db = new PDO($dsn, getenv('DB_USER'), getenv('DB_PASSWORD'), [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);

$db->exec('INSERT INTO visits () VALUES ()');
$visits = $db->query('SELECT COUNT(*) FROM visits')->fetchColumn();
$planets = $db->query('SELECT position, name, moons FROM planets ORDER BY position')->fetchAll(PDO::FETCH_ASSOC);
$versions = [
    'nginx' => str_replace('nginx/', '', $_SERVER['SERVER_SOFTWARE'] ?? 'unknown'),
    'PHP' => PHP_VERSION,
    'MariaDB' => $db->query('SELECT VERSION()')->fetchColumn(),
];

$text = fn (mixed $value): string => htmlspecialchars((string) $value, ENT_QUOTES);
?>
<!doctype html>
<title>LNMP on tscompose</title>
<h1>It works: nginx, PHP-FPM and MariaDB</h1>
<ul>
<?php foreach ($versions as $name => $version): ?>
  <li><?= $text("$name $version") ?></li>
<?php endforeach ?>
</ul>
<p>Visit number <?= $text($visits) ?>, counted in the database.</p>
<table>
  <tr><th>#</th><th>Planet</th><th>Moons</th></tr>
<?php foreach ($planets as $planet): ?>
  <tr><td><?= $text($planet['position']) ?></td><td><?= $text($planet['name']) ?></td><td><?= $text($planet['moons']) ?></td></tr>
<?php endforeach ?>
</table>
