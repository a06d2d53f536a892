import { z } from 'zod';
import { text } from '../../app/search-fields.js';

export const newPolicySearch = z.object({ environment: text });
