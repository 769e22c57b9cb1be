import './provide.js';
import { openExecutable } from '../open.js';
import { serve } from './serve.js';

// The oracle host's worker thread.
await serve(openExecutable);
