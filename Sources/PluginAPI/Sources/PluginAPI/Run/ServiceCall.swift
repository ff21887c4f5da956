import FoundationEssentials

/// What a run asks of the host and waits for.
@_spi(Host) public enum ServiceCall: Sendable, Hashable, Codable {
  case market
  case swarm
  case submit(Bundle)
  case outcome(BundleID)
  case quote(SwapRequest)
  case reclaimable
  case loadState(key: String)
  case storeState(key: String, json: String?)
  case readBoard(key: String)
  case publish(key: String, json: String)
  case signal(String)
}

/// The host's answer to a `ServiceCall`.
@_spi(Host) public enum ServiceReply: Sendable, Hashable, Codable {
  case market(MarketSnapshot)
  case swarm(Swarm)
  case receipt(BundleReceipt)
  case outcome(BundleOutcome)
  case quote(SwapQuote)
  case reclaimable([ReclaimableAccount])
  case json(String?)
  case board(BoardEntry?)
  case ok
  case refused(Refusal)
  case failed(String)
}

/// What a run tells the host without waiting.
@_spi(Host) public enum Telling: Sendable, Hashable, Codable {
  case log(LogLevel, String, fields: [String: String])
  case event(name: String, fields: [String: String])
  case metric(name: String, value: Double, kind: MetricKind)
}

/// How a metric adds up.
@_spi(Host) public enum MetricKind: String, Sendable, Hashable, Codable {
  case counter
  case gauge
}

/// The other end of a run: the host itself, or a test.
@_spi(Host) public protocol RunServices: Sendable {
  /// Asks and waits for the answer.
  func call(_ call: ServiceCall) async throws -> ServiceReply

  /// Tells without waiting; what cannot be taken is dropped and counted.
  func tell(_ telling: Telling)

  /// The present time.
  var now: Timestamp { get }

  /// Reads a value from its JSON; equal texts give equal values, so the answer may be remembered.
  func decode<Value: Decodable>(_ type: Value.Type, from json: String) throws -> Value
}

extension RunServices {
  /// Reads the text anew.
  public func decode<Value: Decodable>(_ type: Value.Type, from json: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(json.utf8))
  }
}

/// The host could not do what a run asked for.
public struct ServiceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong.
  public let description: String

  /// Makes an error.
  public init(_ description: String) { self.description = description }
}
