import { z } from 'zod';
import { text } from '../../app/search-fields.js';

export const auditSearch = z.object({ target: text });
