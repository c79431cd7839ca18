DROP TABLE queue_fills;
DROP TABLE translation_queue;
