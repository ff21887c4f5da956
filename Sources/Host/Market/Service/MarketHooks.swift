package import PluginAPI

/// Whom the market tells what.
package struct MarketHooks: Sendable {
  /// A trade happened, of whatever kind; idle cadences count from here.
  package var onTrade: @Sendable (Timestamp) -> Void = { _ in }
  /// An event for operators, such as `ORDER_FILL`.
  package var onEvent: @Sendable (String, [String: String]) -> Void = { _, _ in }
  /// There is something for the store; `takeChanges` hands it out.
  package var onChange: @Sendable () -> Void = {}

  package init() {}
}

/// No book has been read yet, or the venue does not answer.
package struct MarketUnavailable: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
