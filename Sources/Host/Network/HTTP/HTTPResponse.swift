/// What a route answers.
package struct HTTPResponse: Sendable, Hashable {
  /// The status, such as 200.
  package var status: Int
  /// The content type with its character set.
  package var contentType: String
  /// The body.
  package var body: [UInt8]

  package init(
    status: Int = 200, contentType: String = "text/plain; charset=utf-8", body: [UInt8]
  ) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }

  /// A response whose body is text.
  package init(
    _ text: String, status: Int = 200, contentType: String = "text/plain; charset=utf-8"
  ) {
    self.init(status: status, contentType: contentType, body: Array(text.utf8))
  }
}

/// Makes the answer to one request, off the server's thread.
package typealias HTTPProvider = @concurrent @Sendable () async -> HTTPResponse

/// Why the server could not start.
package struct HTTPServerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong and with which port.
  package let description: String
}

/// Bounds of the server.
package struct HTTPLimits: Sendable, Hashable {
  /// Connections at the same time; more are turned away.
  package var connections = 32
  /// Seconds that a client may take to send a request, or to take a piece of the answer.
  package var patience = 10

  package init() {}
}

/// Decides what a request gets.
enum HTTPRouting {
  enum Method { case get, head, other }

  enum Decision {
    case ask(HTTPProvider)
    case answer(HTTPResponse)
  }

  static func decide(
    _ method: Method, _ path: String, routes: [String: HTTPProvider]
  ) -> Decision {
    guard let provider = routes[path] else {
      let known = routes.keys.sorted().joined(separator: ", ")
      return .answer(HTTPResponse("nothing at this path; there is \(known)\n", status: 404))
    }
    guard method != .other else {
      return .answer(HTTPResponse("only GET and HEAD are allowed here\n", status: 405))
    }
    return .ask(provider)
  }
}
