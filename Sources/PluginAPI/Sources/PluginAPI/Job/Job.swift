/// One kind of work that a plugin offers.
///
/// The host makes a fresh value for each run from the parameters of the job table, calls `run`
/// once and drops it. What must last between runs belongs in `Run.state`.
public protocol Job: Sendable {
  /// The name under which a job table refers to this kind.
  static var kind: JobKind { get }

  /// What the job does, in a sentence.
  static var summary: String { get }

  /// What the job may do on chain. Anything else is refused, and so is anything the job table
  /// did not grant.
  static var capabilities: Set<Capability> { get }

  /// Makes a job with default parameters. It must have no side effects.
  init()

  /// Checks what the bounds of single parameters cannot say.
  func validate() -> [ParameterProblem]

  /// Does the work of one run.
  ///
  /// The task is cancelled at the deadline and when the run is no longer wanted; a job that does
  /// not return soon after is killed together with its worker.
  ///
  /// - Throws: Any error; the run then counts as failed with the error's description.
  func run(_ run: Run) async throws -> Outcome
}

extension Job {
  /// No capabilities: the job only reads.
  public static var capabilities: Set<Capability> { [] }

  /// Nothing to check beyond the bounds.
  public func validate() -> [ParameterProblem] { [] }
}

/// The name of a kind of job, such as `flash-volume`.
@frozen
public struct JobKind: Sendable, Hashable, Codable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  /// The name: lower-case letters, digits and hyphens.
  public let description: String

  /// Makes a kind from its name.
  public init(_ name: String) { description = name }

  /// Makes a kind from its name.
  public init(stringLiteral value: String) { description = value }
}
