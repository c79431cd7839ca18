DROP TABLE menu_labels;
DROP TABLE menu_items;
DROP TABLE menus;
