<?php
add_theme_support('title-tag');

// The time of the last edit is part of the address, so that no browser shows an old one.
add_action('wp_enqueue_scripts', function (): void {
    wp_enqueue_style('notebook', get_stylesheet_uri(), [], filemtime(get_stylesheet_directory() . '/style.css'));
});
