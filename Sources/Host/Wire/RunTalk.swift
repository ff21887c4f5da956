@_spi(Host) package import PluginAPI

/// What a run asks of the host, as it travels.
package struct RunRequest: Sendable, Hashable {
  /// The run that asks.
  package var run: UInt64
  /// Names the question for as long as the worker lives.
  package var call: UInt64
  package var content: ServiceCall

  package init(run: UInt64, call: UInt64, content: ServiceCall) {
    self.run = run
    self.call = call
    self.content = content
  }
}

/// The host's answer to a `RunRequest`, as it travels.
package struct RunReply: Sendable, Hashable {
  /// The question.
  package var call: UInt64
  package var content: ServiceReply

  package init(call: UInt64, content: ServiceReply) {
    self.call = call
    self.content = content
  }
}

/// What runs told the host without waiting, as it travels.
package struct ToldBatch: Sendable, Hashable, Codable {
  package var items: [Item]
  /// How many tellings were dropped since the last batch because there were too many.
  package var dropped: Int

  package init(items: [Item], dropped: Int) {
    self.items = items
    self.dropped = dropped
  }

  /// One telling with the run it came from.
  package struct Item: Sendable, Hashable, Codable {
    package var run: UInt64
    package var content: Telling

    package init(run: UInt64, content: Telling) {
      self.run = run
      self.content = content
    }
  }
}
