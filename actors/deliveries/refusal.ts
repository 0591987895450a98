/** A delivery that cannot be taken: the worker's doing, so it fails the attempt. `message` is for that worker. */
export class DeliveryRefusal extends Error {
  override readonly name = 'DeliveryRefusal'
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
