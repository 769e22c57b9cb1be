/** The part of jsfive that is used here; the package has no types of its own. */
declare module 'jsfive' {
  export class Group {
    readonly keys: readonly string[];
    readonly attrs: Readonly<Record<string, unknown>>;
    get(path: string): Group | Dataset | undefined;
  }
  export class File extends Group {
    constructor(buffer: ArrayBuffer, name?: string);
  }
  export class Dataset {
    readonly shape: readonly number[];
    readonly dtype: unknown;
    readonly value: unknown;
    /** Its object header: the messages of a type, and the version, axes, class and place of a layout message. */
    readonly _dataobjects: {
      find_msg_type(type: number): ReadonlyMap<string, number>[];
      _get_data_message_properties(at: number): [number, number, number, number];
    };
  }
}
