// Imported for its effect: what a test starts from here on counts for no coverage. Other tests run the same code, and
// counting takes a process a third of its start.
delete process.env['NODE_V8_COVERAGE'];
