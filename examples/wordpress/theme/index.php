<!doctype html>
<html <?php language_attributes() ?>>
<head>
  <meta charset="<?php bloginfo('charset') ?>">
  <meta name="viewport" content="width=device-width">
  <?php wp_head() ?>
</head>
<body <?php body_class() ?>>
<?php wp_body_open() ?>
<header>
  <h1><a href="<?= esc_url(home_url('/')) ?>"><?php bloginfo('name') ?></a></h1>
  <p class="motto">Written down before it is forgotten</p>
</header>
<main>
<?php while (have_posts()): the_post() ?>
  <article>
    <h2><a href="<?php the_permalink() ?>"><?php the_title() ?></a></h2>
    <time datetime="<?= esc_attr(get_the_date('c')) ?>"><?= esc_html(get_the_date()) ?></time>
    <?php the_content() ?>
  </article>
<?php endwhile ?>
</main>
<?php wp_footer() ?>
</body>
</html>
