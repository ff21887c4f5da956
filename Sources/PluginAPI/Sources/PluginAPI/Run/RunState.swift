import FoundationEssentials

/// What a job remembers between runs. The host stores it; it survives restarts and upgrades.
///
/// Every key belongs to one job; no job sees another's.
public struct RunState: Sendable {
  let services: any RunServices

  /// The value under `key`, or `nil` when there is none or it is no longer of this type.
  ///
  /// - Throws: `ServiceError` when the store cannot be read.
  public func value<Value: Decodable>(_ key: String, as type: Value.Type = Value.self)
    async throws -> Value?
  {
    guard case .json(let json?) = try await services.answer(.loadState(key: key)) else {
      return nil
    }
    return try? services.decode(type, from: json)
  }

  /// Stores `value` under `key`; durable when the call returns.
  ///
  /// - Throws: `ServiceError` when the store cannot be written.
  public func set(_ key: String, to value: some Encodable) async throws {
    let json = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    _ = try await services.answer(.storeState(key: key, json: json))
  }

  /// Forgets the value under `key`.
  ///
  /// - Throws: `ServiceError` when the store cannot be written.
  public func remove(_ key: String) async throws {
    _ = try await services.answer(.storeState(key: key, json: nil))
  }
}

/// Small values that jobs publish for one another. The newest wins; nothing is kept over a restart.
public struct RunBoard: Sendable {
  let services: any RunServices

  /// The newest value under `key` with its age, or `nil` when nobody published one of this type.
  ///
  /// - Throws: `ServiceError` when the board cannot be read.
  public func value<Value: Decodable>(_ key: String, as type: Value.Type = Value.self)
    async throws -> (value: Value, published: Timestamp)?
  {
    guard case .board(let entry?) = try await services.answer(.readBoard(key: key)),
      let value = try? services.decode(type, from: entry.json)
    else { return nil }
    return (value, entry.published)
  }

  /// Publishes `value` under `key` for all jobs.
  ///
  /// - Throws: `ServiceError` when the board cannot be written.
  public func publish(_ key: String, _ value: some Encodable) async throws {
    let json = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    _ = try await services.answer(.publish(key: key, json: json))
  }
}

/// A value on the board, as it travels.
@_spi(Host) public struct BoardEntry: Sendable, Hashable, Codable {
  /// The value.
  public var json: String
  /// When it was published.
  public var published: Timestamp
  /// The job that published it.
  public var publisher: String

  /// Makes an entry.
  public init(json: String, published: Timestamp, publisher: String) {
    self.json = json
    self.published = published
    self.publisher = publisher
  }
}
