import CEventLoop

/// What the allocator keeps of memory that nobody uses.
package enum FreeMemory: Sendable {
  /// Gives it back to the system. Costs milliseconds when there is much.
  ///
  /// Reading and checking a table takes several times the memory that the table holds in the end.
  package static func giveBack() { malloc_trim(0) }
}
