import CEventLoop

/// What the allocator keeps of memory that nobody uses.
package enum FreeMemory: Sendable {
  /// Keeps little of it from now on: large pieces go back to the system as soon as they are free,
  /// and threads share few pools. Call it before there are threads.
  package static func keepLittle() {
    mallopt(M_MMAP_THRESHOLD, 1 << 20)
    mallopt(M_ARENA_MAX, 2)
  }

  /// Gives it back to the system. Costs milliseconds when there is much.
  ///
  /// Reading and checking a table takes several times the memory that the table holds in the end.
  package static func giveBack() { malloc_trim(0) }
}
